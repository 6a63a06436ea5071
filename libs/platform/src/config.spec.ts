import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, commonConfig, describeConfig, parseConfig } from './config.js';

const schema = z.object(commonConfig);
const good = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1/z',
  PUBLIC_URL: 'http://localhost:4000/',
  ZOETROPE_SECRET_KEY: 'k'.repeat(32),
  ZOETROPE_INTERNAL_TOKEN: 't'.repeat(16),
};

describe('parseConfig', () => {
  it('fills defaults, reads numbers, lists and flags, and takes an empty variable as unset', () => {
    const env = {
      ...good,
      PORT: '',
      ZOETROPE_EGRESS_ALLOW: '127.0.0.0/8, ::1/128',
      S3_FORCE_PATH_STYLE: '1',
    };
    expect(parseConfig(schema, env)).toMatchObject({
      PORT: 0,
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://localhost:4000',
      ZOETROPE_EGRESS_ALLOW: ['127.0.0.0/8', '::1/128'],
      S3_FORCE_PATH_STYLE: true,
    });
  });

  it('names every missing variable on a line of its own', () => {
    const { DATABASE_URL: _, PUBLIC_URL: __, ...rest } = good;
    expect(() => parseConfig(schema, rest)).toThrow(ConfigError);
    expect(() => parseConfig(schema, rest)).toThrow(
      /^DATABASE_URL is not set \(PostgreSQL\)\nPUBLIC_URL is not set/,
    );
  });

  it('never repeats the value of a variable that is wrong', () => {
    const parse = () => parseConfig(schema, { ...good, ZOETROPE_SECRET_KEY: 'too-short' });
    expect(parse).toThrow(/ZOETROPE_SECRET_KEY is wrong/);
    expect(parse).toThrow(expect.objectContaining({ message: expect.not.stringContaining('too-short') }));
  });
});

describe('describeConfig', () => {
  it('has a line for every variable with its default and purpose', () => {
    const table = describeConfig(schema);
    expect(table.split('\n')).toHaveLength(Object.keys(commonConfig).length);
    expect(table).toMatch(/DATABASE_URL +required +PostgreSQL/);
    expect(table).toMatch(/S3_BUCKET +optional +bucket/);
    expect(table).toMatch(/LOG_LEVEL +default "info"/);
  });
});
