import { Controller, Get, Param, Patch, Post, Put } from '@nestjs/common';
import {
  BillingBody,
  BrandBody,
  CreateProjectBody,
  PatchProjectBody,
  ProjectList,
  ProjectListQuery,
  ProjectView,
} from '@zoetrope/contracts/api/projects';
import type { Brand } from '@zoetrope/contracts/brand';
import type { ApiErrorCode } from '@zoetrope/contracts/errors';
import { BillingChanged, BrandChanged, ProjectRenamed } from '@zoetrope/contracts/facts/tenant';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '../accounts/caller.js';
import { Directory } from '../directory/directory.js';
import { numericCursor } from '../http/cursor.js';
import { JsonBody, ValidQuery } from '../http/json-body.js';
import { Documented } from '../openapi/documented.js';
import { projectView } from './project-view.js';
import { Projects } from './projects.js';

const WRITE_ERRORS: readonly ApiErrorCode[] = [
  'validation_failed',
  'origin_not_allowed',
  'not_found',
  'body_too_large',
  'unsupported_media_type',
];
const written = { answer: { status: 200, schema: ProjectView }, errors: WRITE_ERRORS };

@Controller('api/projects')
export class ProjectsController {
  constructor(
    private readonly projects: Projects,
    private readonly directory: Directory,
  ) {}

  @Post()
  @Documented({
    summary: 'Create a project',
    body: CreateProjectBody,
    answer: { status: 201, schema: ProjectView },
    errors: WRITE_ERRORS.filter((code) => code !== 'not_found'),
  })
  async create(
    @JsonBody(CreateProjectBody) { name }: z.infer<typeof CreateProjectBody>,
    @CurrentCaller() { userId }: Caller,
  ) {
    return projectView(await this.projects.create(userId, name));
  }

  @Get()
  @Documented({
    summary: 'The caller’s projects, newest first',
    query: ProjectListQuery,
    answer: { status: 200, schema: ProjectList },
    errors: ['validation_failed'],
  })
  list(
    @ValidQuery(ProjectListQuery) { cursor, limit }: z.infer<typeof ProjectListQuery>,
    @CurrentCaller() { userId }: Caller,
  ) {
    const before = numericCursor('cursor', cursor) ?? Number.POSITIVE_INFINITY;
    const older = this.directory.projectsOf(userId).filter(({ createdSeq }) => createdSeq < before);
    const shown = older.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map(projectView),
      next_cursor: last && older.length > limit ? String(last.createdSeq) : null,
    };
  }

  @Get(':id')
  @Documented({ summary: 'One project', answer: { status: 200, schema: ProjectView }, errors: ['not_found'] })
  read(@Param('id') id: string, @CurrentCaller() { userId }: Caller) {
    return projectView(this.directory.ownProject(id, userId));
  }

  @Patch(':id')
  @Documented({ summary: 'Rename a project', body: PatchProjectBody, ...written })
  async patch(
    @Param('id') id: string,
    @JsonBody(PatchProjectBody) { name }: z.infer<typeof PatchProjectBody>,
    @CurrentCaller() { userId }: Caller,
  ) {
    const changed = await this.projects.change(id, userId, ({ id: projectId, ownerId, name: before }) =>
      name === undefined || name === before ? undefined : ProjectRenamed({ projectId, ownerId, name }),
    );
    return projectView(changed);
  }

  @Put(':id/billing')
  @Documented({ summary: 'The overage toggle and its cap', body: BillingBody, ...written })
  async billing(
    @Param('id') id: string,
    @JsonBody(BillingBody) body: z.infer<typeof BillingBody>,
    @CurrentCaller() { userId }: Caller,
  ) {
    const changed = await this.projects.change(id, userId, (project) =>
      BillingChanged({
        projectId: project.id,
        ownerId: project.ownerId,
        overageEnabled: body.overage_enabled,
        overageCap: body.overage_cap === undefined ? project.overageCap : body.overage_cap,
      }),
    );
    return projectView(changed);
  }

  @Put(':id/brand')
  @Documented({ summary: 'The brand context that vision is told', body: BrandBody, ...written })
  async brand(
    @Param('id') id: string,
    @JsonBody(BrandBody) brand: Brand,
    @CurrentCaller() { userId }: Caller,
  ) {
    const changed = await this.projects.change(id, userId, ({ id: projectId, ownerId }) =>
      BrandChanged({ projectId, ownerId, brand }),
    );
    return projectView(changed);
  }
}
