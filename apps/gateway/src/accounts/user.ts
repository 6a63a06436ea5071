/** Somebody with an account. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** Unix ms. */
  readonly createdAt: number;
}

/** A row of PostgreSQL, or what better-auth gives. */
export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date | string;
}

export const asUser = ({ id, email, name, createdAt }: UserRow): User => ({
  id,
  email,
  name,
  createdAt: new Date(createdAt).getTime(),
});
