import { Global, Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { Accounts } from './accounts.js';
import { ApiTokens } from './api-tokens.js';
import { Attempts } from './attempts.js';
import { authProvider } from './auth-provider.js';
import { CallerWatch } from './caller-watch.js';
import { DeviceCookie } from './device-cookie.js';
import { Entrance } from './entrance.js';
import { Mailer } from './mailer.js';
import { OAuthController } from './oauth.controller.js';
import { PasswordController } from './password.controller.js';
import { Passwords } from './passwords.js';
import { Sessions } from './sessions.js';
import { Sweeper } from './sweeper.js';
import { TokensController } from './tokens.controller.js';

@Global()
@Module({
  controllers: [AccountsController, PasswordController, TokensController, OAuthController],
  providers: [
    authProvider,
    Sessions,
    DeviceCookie,
    Entrance,
    Attempts,
    Passwords,
    Mailer,
    ApiTokens,
    Accounts,
    CallerWatch,
    Sweeper,
  ],
  exports: [Sessions, ApiTokens, Accounts, CallerWatch, Mailer],
})
export class AccountsModule {}
