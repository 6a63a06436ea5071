import type { Recorded } from '@zoetrope/contracts/fact';
import {
  PROJECT_FACTS,
  ProjectCreated,
  ProjectDeleted,
  type ProjectFact,
} from '@zoetrope/contracts/facts/tenant';
import { evolveProject } from '../directory/project.js';
import type { Projection } from './rows.js';

const TYPES: ReadonlySet<string> = new Set(PROJECT_FACTS.map(({ type }) => type));
const isProject = (fact: Recorded): fact is Recorded<ProjectFact> => TYPES.has(fact.type);

/** Projects, from TENANTS, for joins and operators; the gateway itself knows them from its directory. */
export const projectProjection: Projection = {
  stream: 'TENANTS',
  tables: ['project'],
  touches: (fact) => (isProject(fact) ? [{ table: 'project', key: [fact.data.projectId] }] : []),
  apply(rows, fact) {
    if (!isProject(fact)) return;
    // A rebuild after the purge does not hear of its creation, and has to come to the same rows.
    if (ProjectDeleted.is(fact)) return rows.drop('project', fact.data.projectId);
    const before = rows.get('project', fact.data.projectId);
    const project = evolveProject(before?.project, fact);
    if (project === undefined) return;
    rows.put('project', {
      id: project.id,
      owner_id: project.ownerId,
      proxy_key: project.proxyKey,
      project,
      created_seq: ProjectCreated.is(fact) && !before ? fact.meta.seq : (before?.created_seq ?? 0),
      deleted: project.deleted,
    });
  },
};
