import type { ObjectStore } from '@zoetrope/objects/store';

/** Copies every object that the other store lacks; objects never change, so one that is there is the same. */
export async function copyObjects(from: ObjectStore, to: ObjectStore): Promise<number> {
  let copied = 0;
  for await (const key of from.list('')) {
    if (await to.head(key)) continue;
    const found = await from.get(key);
    if (!found) continue; // collected meanwhile
    await to.put(key, found.stream, { contentType: found.contentType });
    copied += 1;
  }
  return copied;
}
