/** One input of a model in the words of its published JSON schema (OpenAPI 3.0: `nullable`). */
export type Property =
  | { readonly type: 'string'; readonly format?: 'uri'; readonly nullable?: true; readonly default?: string }
  | { readonly type: 'string'; readonly enum: readonly string[]; readonly default?: string }
  | { readonly type: 'boolean'; readonly default?: boolean }
  | {
      readonly type: 'integer' | 'number';
      readonly minimum?: number;
      readonly maximum?: number;
      readonly enum?: readonly number[];
      readonly nullable?: true;
      readonly default?: number;
    }
  | {
      readonly type: 'array';
      readonly items: Property;
      readonly maxItems?: number;
      readonly nullable?: true;
    };

/**
 * What a model takes, as `GET /v1/models/{owner}/{name}` publishes it in
 * `latest_version.openapi_schema.components.schemas.Input`. Names that are not in it are ignored, not refused: Replicate
 * is strict about the members of the request itself only (changelog of 2024-05-01).
 */
export interface InputSchema {
  readonly title: 'Input';
  readonly type: 'object';
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, Property>>;
  /** Inputs that mean nothing without another one. */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
}

export const text = { type: 'string' } as const;
export const image = { type: 'string', format: 'uri' } as const;
export const optionalImage = { type: 'string', format: 'uri', nullable: true } as const;
export const optionalSeed = { type: 'integer', nullable: true } as const;
