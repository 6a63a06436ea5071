import { type ArgumentsHost, Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Hands the transport the error itself. Nest's own filter would turn it into an Observable that errors with
 * "Internal server error". On the method, so that HTTP filters of the application stay out of it.
 */
@Catch()
export class RethrowToTransport implements RpcExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}
