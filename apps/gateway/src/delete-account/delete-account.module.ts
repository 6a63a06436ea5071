import { Module } from '@nestjs/common';
import { DeleteProjectModule } from '../delete-project/delete-project.module.js';
import { DirectoryModule } from '../directory/directory.module.js';
import { DeleteAccountController } from './delete-account.controller.js';
import { DeleteAccount } from './delete-account.js';

@Module({
  imports: [DeleteProjectModule, DirectoryModule],
  controllers: [DeleteAccountController],
  providers: [DeleteAccount],
})
export class DeleteAccountModule {}
