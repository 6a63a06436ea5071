import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A mail server on a free port that keeps what it is given. */
export class MailServer {
  readonly received: Letter[] = [];
  private readonly news = new EventEmitter().setMaxListeners(0);
  private readonly taken = new Map<string, number>();
  private gate: Promise<void> = Promise.resolve();
  private refusals = 0;
  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onMailFrom: (_address, _session, callback) => {
      if (this.refusals === 0) return void this.gate.then(() => callback());
      this.refusals -= 1;
      callback(Object.assign(new Error('try again later'), { responseCode: 451 }));
    },
    onData: (stream, session, callback) => {
      const keep = async () => {
        const { from, subject = '', text = '' } = await PostalMime.parse(await buffer(stream));
        const [to] = session.envelope.rcptTo;
        this.received.push({ from: from?.address ?? '', to: to?.address ?? '', subject, text });
        this.news.emit('letter');
      };
      keep().then(() => callback(), callback);
    },
  });

  static async start(): Promise<MailServer> {
    const mail = new MailServer();
    mail.server.listen(0, '127.0.0.1');
    await once(mail.server.server, 'listening');
    return mail;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** The next letter to this address that no call before this one was given. */
  async to(address: string): Promise<Letter> {
    const nth = this.taken.get(address) ?? 0;
    this.taken.set(address, nth + 1);
    await this.count(address, nth + 1);
    const letter = this.received.filter(({ to }) => to === address)[nth];
    if (!letter) throw new Error('a letter was there and is gone');
    return letter;
  }

  /** Resolves when so many letters to this address have come. */
  async count(address: string, number: number): Promise<void> {
    while (this.received.filter(({ to }) => to === address).length < number) await once(this.news, 'letter');
  }

  /** Takes no letter until the returned function is called. */
  holdBack(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate = promise;
    return resolve;
  }

  /** Refuses the next letter for now. */
  refuseNext(): void {
    this.refusals += 1;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}
