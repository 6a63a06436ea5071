/** How a server signs a proxy URL (PRODUCT 4); executed by its spec against the vector of the contract. */
export const SIGNING_RECIPE = `import { createHmac } from 'node:crypto';

/** A proxy URL that is good until \`exp\` (Unix seconds). */
export function signedUrl(origin, projectKey, secret, src, exp, params = {}) {
  const content = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => \`\${name}=\${encodeURIComponent(value)}\`)
    .join('&');
  const text = \`\${projectKey}:\${src}:\${exp}\` + (content && \`:\${content}\`);
  const sig = createHmac('sha256', secret).update(text).digest('hex');
  const name = Buffer.from(src).toString('base64url');
  const query = [content, \`exp=\${exp}\`, \`sig=\${sig}\`].filter(Boolean).join('&');
  return \`\${origin}/v1/\${projectKey}/\${name}.mp4?\${query}\`;
}`;
