import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '../accounts/caller.js';
import { Documented } from '../openapi/documented.js';
import { errorsPage } from './errors-page.js';

/** Pages for people, where answers of the API lead. */
@Controller('docs')
export class DocsController {
  private readonly errors = errorsPage();

  @Get('errors')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  @Documented({
    summary: 'Every error by its code: cause, fix, whether it was charged, whether to retry',
    answer: { status: 200, media: 'text/html' },
    errors: [],
  })
  explain(): string {
    return this.errors;
  }
}
