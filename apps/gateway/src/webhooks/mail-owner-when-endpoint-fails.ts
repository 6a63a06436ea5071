import { Controller } from '@nestjs/common';
import { EndpointDisabled, EndpointWarned } from '@zoetrope/contracts/facts/endpoint';
import { FILTERS } from '@zoetrope/contracts/subjects';
import type { Project } from '@zoetrope/domain/project';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { DataSource } from 'typeorm';
import { type Mail, Mailer } from '../accounts/mailer.js';
import { Directory } from '../directory/directory.js';

/** By e-mail, where it is configured; GET webhooks and the dashboard tell it anyway. */
@Controller()
export class MailOwnerWhenEndpointFails {
  constructor(
    private readonly mailer: Mailer,
    private readonly directory: Directory,
    private readonly database: DataSource,
  ) {}

  @OnFact([EndpointWarned, EndpointDisabled], {
    stream: 'TENANTS',
    filter: FILTERS.endpoints,
    durable: 'gateway-endpoint-mail',
  })
  async mail({ fact }: Received<typeof EndpointWarned | typeof EndpointDisabled>): Promise<Verdict> {
    if (!this.mailer.isConfigured) return done; // Nobody to hand it to.
    const project = this.directory.project(fact.data.projectId);
    const to = project && (await this.addressOf(project.ownerId));
    if (!project || !to) return done; // Deleted in the meantime.
    const mail = EndpointWarned.is(fact)
      ? warning(project, new Date(fact.data.disablesAt))
      : notice(project, fact.data.reason);
    this.mailer.post({ to, ...mail });
    return done; // The mailer tries again by itself; what is lost with the process stands in the dashboard.
  }

  private async addressOf(ownerId: string): Promise<string | undefined> {
    const [user]: { email: string }[] = await this.database.query(
      'SELECT email FROM secrets."user" WHERE id = $1',
      [ownerId],
    );
    return user?.email;
  }
}

type Letter = Omit<Mail, 'to'>;

const warning = ({ name, webhookUrl }: Project, at: Date): Letter => ({
  subject: `Webhooks of ${name} keep failing`,
  text: `For three days nothing could be delivered to the webhook endpoint of your project ${name}:

${webhookUrl}

Unless something is delivered before ${at.toUTCString()}, we stop sending to it then. Nothing is lost: what
it did not take is kept, and you can have it sent again.
`,
});

const WHY = {
  gone: 'It answered 410 Gone, which says that nobody listens there any more.',
  failing: 'For five days nothing could be delivered to it.',
} as const;

const notice = ({ name, webhookUrl }: Project, reason: keyof typeof WHY): Letter => ({
  subject: `Webhooks of ${name} are disabled`,
  text: `We have stopped sending webhooks of your project ${name} to

${webhookUrl}

${WHY[reason]} Once it works again, enable webhooks in the project's settings and replay what was kept.
`,
});
