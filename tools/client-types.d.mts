export const clientTypesFile: string;
export function clientTypesOf(document: unknown): Promise<string>;
