import { Controller, Delete, HttpCode, Param } from '@nestjs/common';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Documented } from '../openapi/documented.js';
import { DeleteProject } from './delete-project.js';

@Controller('api/projects')
export class DeleteProjectController {
  constructor(private readonly projects: DeleteProject) {}

  @Delete(':id')
  @HttpCode(204)
  @Documented({
    summary:
      'Delete a project with all of its assets for ever: its keys are unknown from now on. Repeating it is 204 again',
    answer: { status: 204 },
    errors: ['origin_not_allowed', 'not_found'],
  })
  delete(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.projects.delete(id, caller.userId);
  }
}
