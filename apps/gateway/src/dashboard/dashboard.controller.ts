import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../accounts/caller.js';
import { ApiError } from '../http/api-error.js';
import { Internal } from '../openapi/documented.js';
import { DashboardPage } from './dashboard-page.js';

/** Addresses that the dashboard's router knows (docs/dashboard.md). */
export const PAGES = [
  '/',
  '/signin',
  '/signup',
  '/forgot',
  '/projects',
  '/projects/*',
  '/assets/*',
  '/account',
  '/account/*',
];

@Controller()
export class DashboardController {
  constructor(private readonly page: DashboardPage) {}

  @Get(PAGES)
  @Public()
  @Internal('people in a browser')
  show(@Res() reply: FastifyReply): void {
    if (!this.page.send(reply, 200)) throw new ApiError('not_found');
  }
}
