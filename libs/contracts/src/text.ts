import { z } from 'zod';

/**
 * Text from outside that can be kept: UTF-8 carries no lone surrogate (Unicode 3.9, D92), PostgreSQL no NUL. Every
 * free text of a request is judged by this, at the door, since behind it each would fail in its own way.
 */
export const Text = z
  .string()
  .refine((value) => value.isWellFormed(), 'is not well-formed Unicode')
  .refine((value) => !value.includes('\u0000'), 'contains a NUL character');
