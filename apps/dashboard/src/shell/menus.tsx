import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { DropdownMenu as Menu } from 'radix-ui';
import { answer, api } from '../api/client.js';
import { meQuery, projectsQuery } from '../api/queries.js';
import { useStore } from '../api/store.js';
import { Icon } from '../ui/icons.js';
import { toast } from '../ui/toasts.js';
import { choose, type Theme, theme } from './theme.js';

/** Which project; all of them. */
export function ProjectMenu({ projectId }: { readonly projectId: string | undefined }) {
  const { data } = useQuery(projectsQuery);
  const projects = data?.items ?? [];
  const current = projects.find(({ id }) => id === projectId);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className="bar-button clip"
        aria-label={current ? `Project: ${current.name}` : 'Projects'}
      >
        <span className="clip">{current?.name ?? 'Projects'}</span>
        <Icon name="down" size={16} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" sideOffset={8} align="start">
          {projects.map(({ id, name }) => (
            <Menu.Item key={id} asChild>
              <Link to="/projects/$projectId" params={{ projectId: id }} className="menu-item">
                <span className="clip">{name}</span>
                {id === projectId && <Icon name="check" size={16} />}
              </Link>
            </Menu.Item>
          ))}
          {projects.length > 0 && <div className="menu-line" />}
          <Menu.Item asChild>
            <Link to="/projects" className="menu-item">
              <Icon name="plus" size={16} /> All projects, or a new one
            </Link>
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

const THEMES: readonly [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function useSignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await answer(api.POST('/api/user/signout'));
      await navigate({ to: '/signin' });
      client.clear();
    } catch {
      toast('You could not be signed out: the server did not answer', 'bad');
    }
  };
}

/** Whose session it is, and what belongs to the person rather than to a project. */
export function AccountMenu() {
  const { data: me } = useQuery(meQuery);
  const chosen = useStore(theme);
  const signOut = useSignOut();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="bar-button round" aria-label="Account">
        <Icon name="person" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" sideOffset={8} align="end">
          <div className="menu-label">
            {me?.name}
            <br />
            {me?.email}
          </div>
          <Menu.Item asChild>
            <Link to="/account/usage" className="menu-item">
              Usage and plan
            </Link>
          </Menu.Item>
          <Menu.Item asChild>
            <Link to="/account/tokens" className="menu-item">
              API tokens
            </Link>
          </Menu.Item>
          <Menu.Item asChild>
            <Link to="/account/security" className="menu-item">
              Password and sessions
            </Link>
          </Menu.Item>
          <div className="menu-line" />
          <Menu.RadioGroup value={chosen} onValueChange={(value) => choose(value as Theme)}>
            {THEMES.map(([value, label]) => (
              <Menu.RadioItem key={value} value={value} className="menu-item">
                {label}
                {chosen === value && <Icon name="check" size={16} />}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <div className="menu-line" />
          <Menu.Item className="menu-item" onSelect={signOut}>
            Sign out
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
