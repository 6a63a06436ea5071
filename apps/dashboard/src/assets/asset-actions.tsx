import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { DropdownMenu as Menu } from 'radix-ui';
import { useState } from 'react';
import { answer, api } from '../api/client.js';
import type { Asset } from '../api/types.js';
import { Problem } from '../shell/problem.js';
import { ShowAsCode } from '../snippets/show-as-code.js';
import { Icon } from '../ui/icons.js';
import { Modal } from '../ui/modal.js';
import { toast } from '../ui/toasts.js';
import { nameOf } from '../ui/words.js';

/** What else can be done with an asset: cancel what runs, take it away for good. */
export function AssetActions({ asset }: { readonly asset: Asset }) {
  const client = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const cancel = useMutation({
    mutationFn: () => answer(api.POST('/api/assets/{id}/cancel', { params: { path: { id: asset.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['asset', asset.id] }),
    onError: () => toast('It could not be cancelled: the server did not answer', 'bad'),
  });
  return (
    <>
      {asset.status === 'pending' && (
        <button
          type="button"
          className="button danger"
          disabled={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </button>
      )}
      <Menu.Root modal={false}>
        <Menu.Trigger className="button plain square" aria-label="More">
          <Icon name="more" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={6}>
            <Menu.Item className="menu-item" onSelect={() => setDeleting(true)}>
              <Icon name="trash" size={16} /> Delete for good …
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {deleting && <Delete asset={asset} onClose={() => setDeleting(false)} />}
    </>
  );
}

function Delete({ asset, onClose }: { readonly asset: Asset; readonly onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE('/api/assets/{id}', { params: { path: { id: asset.id } } })),
    onSuccess: async () => {
      await navigate({ to: '/projects/$projectId', params: { projectId: asset.project_id } });
      client.removeQueries({ queryKey: ['asset', asset.id] });
      void client.invalidateQueries({ queryKey: ['assets', asset.project_id] });
      toast('Deleted. Its URL answers 410 from now on');
    },
  });
  return (
    <Modal
      title={`Delete ${nameOf(asset.src_url)}?`}
      narrow
      onClose={onClose}
      foot={
        <>
          <span />
          <div className="row">
            <button type="button" className="button plain" onClick={onClose}>
              Keep it
            </button>
            <button
              type="button"
              className="button danger sure"
              disabled={remove.isPending}
              onClick={() => remove.mutate()}
            >
              Delete for good
            </button>
          </div>
        </>
      }
    >
      <div className="stack">
        <p>
          Every page that embeds it loses its video at once: the URL answers <code>410 Gone</code> from now
          on. This cannot be undone.
        </p>
        <Problem error={remove.error} />
        <ShowAsCode call={{ method: 'DELETE', path: `/api/assets/${asset.id}` }} />
      </div>
    </Modal>
  );
}
