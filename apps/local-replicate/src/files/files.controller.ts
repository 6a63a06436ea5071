import { Controller, Delete, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BaseUrl } from '../http/base-url.js';
import { BearerGuard } from '../http/bearer.guard.js';
import { notFound, ReplicateError } from '../http/replicate-error.js';
import { FileStore, type StoredFile } from './file-store.js';

interface Upload {
  bytes?: Buffer;
  name: string;
  contentType: string;
  metadata: Record<string, unknown>;
}

/** Reads the form of Replicate's clients: `content`, and `metadata` as a JSON field or a JSON file. */
async function readUpload(request: FastifyRequest): Promise<Upload> {
  const upload: Upload = { name: 'file', contentType: 'application/octet-stream', metadata: {} };
  for await (const part of request.parts()) {
    if (part.type === 'file' && part.fieldname === 'content') {
      upload.bytes = await part.toBuffer();
      upload.name = part.filename || upload.name;
      upload.contentType = part.mimetype;
    } else if (part.fieldname === 'metadata') {
      const text = part.type === 'file' ? (await part.toBuffer()).toString('utf8') : String(part.value);
      upload.metadata = parseMetadata(text);
    } else if (part.type === 'file') {
      part.file.resume();
    }
  }
  return upload;
}

function parseMetadata(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || '{}');
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the one error for everything that is no JSON object.
  }
  throw new ReplicateError(400, 'Bad request', 'metadata must be a JSON object');
}

/** Replicate's files: `POST`, `GET` and `DELETE /v1/files`. */
@Controller('v1/files')
@UseGuards(BearerGuard)
export class FilesController {
  constructor(
    private readonly files: FileStore,
    private readonly baseUrl: BaseUrl,
  ) {}

  @Post()
  async create(@Req() request: FastifyRequest) {
    if (!request.isMultipart())
      throw new ReplicateError(415, 'Unsupported media type', 'send multipart/form-data');
    const { bytes, ...rest } = await readUpload(request);
    if (!bytes) throw new ReplicateError(400, 'Bad request', 'Missing content');
    return this.#present(await this.files.create(bytes, rest));
  }

  @Get()
  async list() {
    const results = (await this.files.list()).map((file) => this.#present(file));
    return { previous: null, next: null, results };
  }

  @Get(':id')
  async get(@Param('id') id: string) {
    const file = await this.files.get(id);
    if (!file) throw notFound('file');
    return this.#present(file);
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string) {
    if (!(await this.files.delete(id))) throw notFound('file');
  }

  #present(file: StoredFile) {
    return {
      id: file.id,
      name: file.name,
      content_type: file.contentType,
      size: file.size,
      etag: file.md5,
      checksums: { sha256: file.sha256, md5: file.md5 },
      metadata: file.metadata,
      created_at: file.createdAt,
      expires_at: file.expiresAt,
      urls: { get: this.baseUrl.of(`/v1/files/${file.id}`) },
    };
  }
}
