/** One call of the public API, as a person could make it. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its ids filled in: `/api/assets/…/regenerate`. */
  readonly path: string;
  readonly body?: object;
  /** It takes an Idempotency-Key. */
  readonly keyed?: boolean;
}

/** For a shell: what stands between single quotes is never touched, but for the quote itself. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** For a shell; the token stands in `$ZOETROPE_TOKEN`. */
export function asCurl({ method, path, body, keyed }: Call, origin: string): string {
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(origin + path)}`,
    `  -H "Authorization: Bearer $ZOETROPE_TOKEN"`,
    ...(keyed ? [`  -H "Idempotency-Key: $(uuidgen)"`] : []),
    ...(body ? [`  -H 'Content-Type: application/json'`, `  -d ${quoted(JSON.stringify(body))}`] : []),
  ].join(' \\\n');
}

const indented = (text: string, by: string): string => text.replaceAll('\n', `\n${by}`);

/** For a server that runs TypeScript. */
export function asTypeScript({ method, path, body, keyed }: Call, origin: string): string {
  const headers = [
    "Authorization: 'Bearer ' + process.env.ZOETROPE_TOKEN,",
    ...(keyed ? ["'Idempotency-Key': crypto.randomUUID(),"] : []),
    ...(body ? ["'Content-Type': 'application/json',"] : []),
  ];
  return [
    `const answer = await fetch(${JSON.stringify(origin + path)}, {`,
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    '  headers: {',
    ...headers.map((line) => `    ${line}`),
    '  },',
    ...(body ? [`  body: JSON.stringify(${indented(JSON.stringify(body, null, 2), '  ')}),`] : []),
    '});',
    "if (!answer.ok) throw new Error(answer.status + ' ' + (await answer.text()));",
    ...(method === 'DELETE' ? [] : ['const result = await answer.json();']),
  ].join('\n');
}
