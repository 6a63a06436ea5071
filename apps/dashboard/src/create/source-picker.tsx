import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { answer, api, keyed, newKey } from '../api/client.js';
import { Problem } from '../shell/problem.js';
import { TextField } from '../ui/field.js';
import { Icon } from '../ui/icons.js';
import { Spinning } from '../ui/zoetrope.js';

/** The picture a video will be made of. */
export interface Source {
  readonly url: string;
  /** What the browser can show of it at once; a picture elsewhere is shown when its still is made. */
  readonly preview?: string;
  readonly name: string;
}

const TYPES = ['image/png', 'image/jpeg', 'image/webp'];
const MAX_BYTES = 10 * 1024 * 1024;

/** Said before the upload; the server judges by the bytes. */
function complaintOf(file: File): string | undefined {
  if (!TYPES.includes(file.type)) return 'A PNG, JPEG or WebP picture, please.';
  return file.size > MAX_BYTES ? 'The picture is over 10 MB.' : undefined;
}

function useUpload(onPicked: (source: Source) => void) {
  return useMutation({
    mutationFn: async (file: File) => {
      const complaint = complaintOf(file);
      if (complaint) throw new TypeError(complaint);
      const form = new FormData();
      form.append('file', file);
      const { url } = await answer(
        api.POST('/api/v1/upload', {
          // The document describes the form; openapi-fetch passes on what the serializer makes of it.
          body: { file: '' },
          bodySerializer: () => form,
          ...keyed(newKey()),
        }),
      );
      return { url, preview: URL.createObjectURL(file), name: file.name };
    },
    onSuccess: onPicked,
  });
}

/** Drop, choose or paste a picture, or give its address. */
export function SourcePicker({ onPicked }: { readonly onPicked: (source: Source) => void }) {
  const id = useId();
  const [over, setOver] = useState(false);
  const upload = useUpload(onPicked);
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) upload.mutate(file);
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0];
      if (file) upload.mutate(file);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, [upload.mutate]);
  return (
    <div className="stack">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra way; the input inside is the real one */}
      <div
        className={`drop${over ? ' over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <input
          id={id}
          type="file"
          accept={TYPES.join(',')}
          className="drop-input"
          onChange={(event) => take(event.target.files)}
        />
        <label htmlFor={id} className="drop-words">
          {upload.isPending ? <Spinning label="Uploading" /> : <Icon name="image" size={34} />}
          <strong>{upload.isPending ? 'Uploading …' : 'Drop a picture here, or choose one'}</strong>
          <span className="quiet small">PNG, JPEG or WebP, up to 10 MB, 256 to 4096 pixels on each side</span>
        </label>
      </div>
      {upload.error instanceof TypeError ? (
        <p className="note bad" role="alert">
          {upload.error.message}
        </p>
      ) : (
        <Problem error={upload.error} />
      )}
      <AddressForm onPicked={onPicked} />
    </div>
  );
}

function AddressForm({ onPicked }: { readonly onPicked: (source: Source) => void }) {
  return (
    <form
      className="address"
      onSubmit={(event) => {
        event.preventDefault();
        const url = String(new FormData(event.currentTarget).get('url')).trim();
        if (url) onPicked({ url, name: url });
      }}
    >
      <TextField
        label="Or its address"
        name="url"
        type="url"
        required
        placeholder="https://images.example.com/shoe.jpg"
        maxLength={2048}
      />
      <button type="submit" className="button plain">
        Use it
      </button>
    </form>
  );
}
