import { Global, Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { Accounts } from './accounts.js';
import { OAuthController } from './oauth.controller.js';
import { Sessions } from './sessions.js';

@Global()
@Module({
  controllers: [AccountsController, OAuthController],
  providers: [Sessions, Accounts],
  exports: [Sessions, Accounts],
})
export class AccountsModule {}
