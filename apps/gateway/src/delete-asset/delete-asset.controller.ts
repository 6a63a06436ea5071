import { Controller, Delete, HttpCode, Param } from '@nestjs/common';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Documented } from '../openapi/documented.js';
import { DeleteAsset } from './delete-asset.js';
import { DeletionFence } from './deletion-fence.js';

@Controller('api/assets')
export class DeleteAssetController {
  constructor(
    private readonly assets: DeleteAsset,
    private readonly fence: DeletionFence,
  ) {}

  @Delete(':id')
  @HttpCode(204)
  @Documented({
    summary:
      'Delete an asset for ever: its URLs answer 410 from now on, what runs is cancelled, its bytes are removed later. Repeating it is 204 again',
    answer: { status: 204 },
    errors: ['origin_not_allowed', 'not_found'],
  })
  async delete(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.fence.raise(await this.assets.delete(id, caller.userId));
  }
}
