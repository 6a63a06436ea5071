import { Global, Module } from '@nestjs/common';
import { ErrorFilter } from './error-filter.js';
import { RouteTable } from './route-table.js';

@Global()
@Module({ providers: [RouteTable, ErrorFilter], exports: [RouteTable, ErrorFilter] })
export class HttpModule {}
