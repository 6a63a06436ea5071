import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import type { Project } from '../api/types.js';
import { Problem } from '../shell/problem.js';
import { ShowAsCode } from '../snippets/show-as-code.js';
import { Code } from '../ui/code.js';
import { Switch } from '../ui/controls.js';
import { Modal } from '../ui/modal.js';
import { SIGNING_RECIPE } from './signing-recipe.js';

interface ProxyKeysProps {
  readonly project: Project;
  readonly onChanged: (project: Project) => void;
}

/** The key in every embed, and signing. */
export function ProxyKeys({ project, onChanged }: ProxyKeysProps) {
  const [rotating, setRotating] = useState<'proxy' | 'signing'>();
  const [secret, setSecret] = useState<string>();
  const sign = useMutation({
    mutationFn: (enable_signing: boolean) =>
      answer(
        api.PUT('/api/projects/{id}/proxy-config', {
          params: { path: { id: project.id } },
          body: { enable_signing },
        }),
      ),
    onSuccess: ({ signing_secret, ...next }) => {
      onChanged(next);
      if (signing_secret) setSecret(signing_secret);
    },
  });
  return (
    <section className="panel stack">
      <h2>Keys</h2>
      <div className="stack tight">
        <span className="field-label">Proxy key</span>
        <Code text={project.proxy_key} what="proxy key" wrap />
        <p className="quiet small">
          It stands in every embed, so it is no secret; it says whose month a picture uses.
        </p>
      </div>
      <div className="row">
        <button type="button" className="button plain small" onClick={() => setRotating('proxy')}>
          Rotate the key …
        </button>
        {project.signing_enabled && (
          <button type="button" className="button plain small" onClick={() => setRotating('signing')}>
            Rotate the signing secret …
          </button>
        )}
      </div>
      <Switch
        label="Signed URLs only"
        help="Your server signs each URL with a secret and an end; nobody can change one or make another. Embeds without a signature stop at once."
        on={project.signing_enabled}
        onChange={(on) => sign.mutate(on)}
        disabled={sign.isPending}
      />
      <Problem error={sign.error} />
      {secret && <Secret secret={secret} />}
      {project.signing_enabled && (
        <details>
          <summary>How to sign</summary>
          <Code text={SIGNING_RECIPE} what="signing in TypeScript" />
        </details>
      )}
      {rotating && (
        <Rotate
          project={project}
          which={rotating}
          onClose={() => setRotating(undefined)}
          onRotated={(answered) => {
            setRotating(undefined);
            if ('proxy_key' in answered) onChanged({ ...project, proxy_key: answered.proxy_key });
            else setSecret(answered.signing_secret);
          }}
        />
      )}
    </section>
  );
}

const Secret = ({ secret }: { readonly secret: string }) => (
  <div className="note lamp">
    <strong>The signing secret, shown this once:</strong>
    <Code text={secret} what="signing secret" wrap />
  </div>
);

interface RotateProps {
  readonly project: Project;
  readonly which: 'proxy' | 'signing';
  readonly onClose: () => void;
  readonly onRotated: (answered: { proxy_key: string } | { signing_secret: string }) => void;
}

function Rotate({ project, which, onClose, onRotated }: RotateProps) {
  const [now, setNow] = useState(false);
  const query = { which, ...(now && { revoke: 'now' as const }) };
  const rotate = useMutation({
    mutationFn: () =>
      answer(api.POST('/api/projects/{id}/keys/rotate', { params: { path: { id: project.id }, query } })),
    onSuccess: onRotated,
  });
  const what = which === 'proxy' ? 'proxy key' : 'signing secret';
  return (
    <Modal
      title={`Rotate the ${what}?`}
      narrow
      onClose={onClose}
      foot={
        <>
          <span />
          <button
            type="button"
            className={`button ${now ? 'danger sure' : 'primary'}`}
            disabled={rotate.isPending}
            onClick={() => rotate.mutate()}
          >
            Rotate it
          </button>
        </>
      }
    >
      <div className="stack">
        <p>
          A new one is made. The old one works for 7 more days, so that you can change your embeds in peace.
        </p>
        <Switch
          label="Revoke the old one now"
          help="Every embed that uses it stops at once."
          on={now}
          onChange={setNow}
        />
        <Problem error={rotate.error} />
        <ShowAsCode
          call={{
            method: 'POST',
            path: `/api/projects/${project.id}/keys/rotate?which=${which}${now ? '&revoke=now' : ''}`,
          }}
        />
      </div>
    </Modal>
  );
}
