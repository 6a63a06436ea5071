import { OwnerId } from '@zoetrope/contracts/ids';
import { OperatorError, withDatabase } from './connections.js';

/** Whose e-mail address it is. @throws OperatorError when nobody's */
export async function ownerOf(email: string): Promise<OwnerId> {
  const { rows } = await withDatabase((database) =>
    database.query<{ id: string }>('SELECT id FROM secrets."user" WHERE email = $1', [email.toLowerCase()]),
  );
  if (!rows[0]) throw new OperatorError(`no account has the e-mail address ${email}`);
  return OwnerId.parse(rows[0].id);
}
