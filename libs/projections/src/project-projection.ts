import type { Recorded } from '@zoetrope/contracts/fact';
import {
  PROJECT_FACTS,
  ProjectCreated,
  ProjectDeleted,
  type ProjectFact,
  ProjectPurged,
} from '@zoetrope/contracts/facts/tenant';
import { evolveProject } from '@zoetrope/domain/project';
import { applyDelivery, deliveryTouched } from './delivery-projection.js';
import { type Projection, projection } from './projection.js';

const TYPES: ReadonlySet<string> = new Set(PROJECT_FACTS.map(({ type }) => type));
const isProject = (fact: Recorded): fact is Recorded<ProjectFact> => TYPES.has(fact.type);

/** Projects and their asset-less webhook deliveries, from TENANTS; projects for joins and operators; the gateway itself knows them from its directory. */
export const projectProjection: Projection = projection({
  name: 'projects',
  stream: 'TENANTS',
  tables: ['project', 'endpoint_delivery'],
  touches: (fact) =>
    isProject(fact) ? [{ table: 'project', key: [fact.data.projectId] }] : deliveryTouched(fact),
  apply(rows, fact) {
    if (applyDelivery(rows, fact)) return;
    if (!isProject(fact)) return;
    // Also at the purge: an attempt that was under way at the deletion may have told its end in between.
    if (ProjectDeleted.is(fact) || ProjectPurged.is(fact)) rows.sweepEndpoint(fact.data.projectId);
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
});
