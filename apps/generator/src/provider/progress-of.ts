/** The last percentage in a prediction's logs as 0 to 1 (`  42%|████ …`, as tqdm prints); undefined without one. */
export const progressOf = (logs: string | null | undefined): number | undefined => {
  const last = [...(logs ?? '').matchAll(/(\d{1,3}(?:\.\d+)?)\s*%/g)].at(-1)?.[1];
  return last === undefined ? undefined : Math.min(1, Number(last) / 100);
};
