import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { projectQuery } from '../api/queries.js';
import type { Project } from '../api/types.js';

/** The project of the page, and taking on what the server made of a change. */
export function useProject(): { readonly project: Project; readonly taken: (project: Project) => void } {
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const client = useQueryClient();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  return {
    project,
    taken: (next) => {
      client.setQueryData(projectQuery(projectId).queryKey, next);
      void client.invalidateQueries({ queryKey: ['projects'] });
    },
  };
}
