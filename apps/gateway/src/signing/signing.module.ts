import { Global, Module } from '@nestjs/common';
import { Embeds } from './embed-urls.js';
import { SealedRows } from './sealed-rows.js';
import { SigningSecrets } from './signing-secrets.js';

/** Secrets of signed proxy URLs, and whatever is sealed under ZOETROPE_SECRET_KEY. */
@Global()
@Module({ providers: [SigningSecrets, Embeds, SealedRows], exports: [SigningSecrets, Embeds] })
export class SigningModule {}
