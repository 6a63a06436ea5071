import { MAX_UPLOAD_BYTES } from '@zoetrope/contracts/api/common';
import { inspectImage } from '@zoetrope/media/image';
import { MediaError } from '@zoetrope/media/media-error';
import type { FastifyRequest } from 'fastify';
import { ApiError, fieldError, formError } from '../http/api-error.js';

/** The name by which sources and uploads end; the type is the one found in the bytes. */
const EXTENSIONS = { png: 'png', jpeg: 'jpg', webp: 'webp' } as const;

/**
 * The bytes of the form's one file, field `file`.
 * @throws ApiError 415 when it is no multipart form, 400 without the file or when the form is broken, 413 over 10 MB
 */
export async function readUpload(request: FastifyRequest): Promise<Buffer> {
  if (!request.isMultipart()) throw new ApiError('unsupported_media_type');
  try {
    return await readFile(request);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // Nothing but the caller's bytes is read here, so whatever the parser makes of them is the caller's mistake.
    throw formError('expected a form with one file, field "file"');
  }
}

async function readFile(request: FastifyRequest): Promise<Buffer> {
  const part = await request.file();
  if (!part) throw fieldError('file', 'a file is required');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of part.file as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
  }
  if (part.file.truncated || length > MAX_UPLOAD_BYTES) throw new ApiError('file_too_large');
  if (part.fieldname !== 'file') throw fieldError(part.fieldname, 'unknown field');
  return Buffer.concat(chunks, length);
}

/**
 * Judges an upload as every source is judged: by its bytes.
 * @throws ApiError 413 or 415 in the words of PRODUCT 4
 */
export async function judgeUpload(bytes: Buffer) {
  try {
    const { type, contentType } = await inspectImage(bytes);
    return { ext: EXTENSIONS[type], contentType };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    if (error.code === 'source_too_large') throw new ApiError('file_too_large');
    throw new ApiError('unsupported_file', { message: `unsupported type: ${error.message}` });
  }
}
