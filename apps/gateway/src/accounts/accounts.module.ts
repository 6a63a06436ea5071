import { Global, Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { Accounts } from './accounts.js';
import { Sessions } from './sessions.js';

@Global()
@Module({ controllers: [AccountsController], providers: [Sessions, Accounts], exports: [Sessions, Accounts] })
export class AccountsModule {}
