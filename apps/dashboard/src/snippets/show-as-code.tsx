import { Tabs } from 'radix-ui';
import { useState } from 'react';
import { Code } from '../ui/code.js';
import { Icon } from '../ui/icons.js';
import { asCurl, asTypeScript, type Call } from './call.js';

/** "Show as curl or TypeScript": the call that the button beside it makes. */
export function ShowAsCode({ call }: { readonly call: Call }) {
  const [open, setOpen] = useState(false);
  const origin = window.location.origin;
  return (
    <div className="show-as-code">
      <button
        type="button"
        className="button ghost small"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="code" size={16} />
        {open ? 'Hide the code' : 'Show as code'}
      </button>
      {open && (
        <Tabs.Root defaultValue="curl" className="stack tight">
          <Tabs.List className="tabs" aria-label="Language">
            <Tabs.Trigger className="tab" value="curl">
              curl
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="typescript">
              TypeScript
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="curl">
            <Code text={asCurl(call, origin)} what="curl command" />
          </Tabs.Content>
          <Tabs.Content value="typescript">
            <Code text={asTypeScript(call, origin)} what="TypeScript" />
          </Tabs.Content>
        </Tabs.Root>
      )}
    </div>
  );
}
