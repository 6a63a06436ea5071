import type { UseMutationResult } from '@tanstack/react-query';
import { Problem } from '../shell/problem.js';
import { type Call } from '../snippets/call.js';
import { ShowAsCode } from '../snippets/show-as-code.js';

interface SaveBarProps {
  readonly save: Pick<UseMutationResult<unknown, unknown, never>, 'isPending' | 'isSuccess' | 'error'>;
  /** Nothing differs from what the server has. */
  readonly clean: boolean;
  readonly label?: string;
  readonly call: Call;
}

/** The end of a settings form: save, how it went, the same call as code. */
export function SaveBar({ save, clean, label = 'Save', call }: SaveBarProps) {
  return (
    <div className="stack tight">
      <Problem error={save.error} />
      <div className="row">
        <button type="submit" className="button primary" disabled={clean || save.isPending}>
          {save.isPending ? 'Saving …' : label}
        </button>
        <span className="quiet small" role="status">
          {save.isSuccess && clean ? 'Saved' : clean ? 'Nothing changed' : 'Not saved yet'}
        </span>
      </div>
      <ShowAsCode call={call} />
    </div>
  );
}
