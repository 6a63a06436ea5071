import { RESET_SECONDS } from '@zoetrope/platform/password-reset';
import type { Mail } from './mailer.js';

/** The mail with a reset link. */
export const resetMail = (email: string, link: string): Mail => ({
  to: email,
  subject: 'Choose a new password for Zoetrope',
  text: `Somebody, most likely you, asked for a new password for the Zoetrope account of ${email}.

Choose one here:

${link}

The link works once, for ${RESET_SECONDS / 60} minutes. Choosing a new password signs you out everywhere.
If it was not you, do nothing: your password stays as it is.
`,
});
