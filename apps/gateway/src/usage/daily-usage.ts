import { Inject, Injectable } from '@nestjs/common';
import type { UsageAnswer } from '@zoetrope/contracts/api/users';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { DataSource } from 'typeorm';
import type { z } from 'zod';

type Day = z.infer<typeof UsageAnswer>['items'][number];

const DAY_MS = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What an owner was charged, day by day, from the views of the ledger. */
@Injectable()
export class DailyUsage {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: DataSource,
  ) {}

  /** The last `days` UTC days, oldest first, today being the last. A charge counts on the day it was settled. */
  async of(ownerId: string, days: number): Promise<{ items: Day[] }> {
    const today = this.clock.now();
    const since = Date.parse(dayOf(today - (days - 1) * DAY_MS));
    const rows: Day[] = await this.database.query(
      `SELECT to_char(to_timestamp(updated_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
              (count(*) FILTER (WHERE NOT overage))::int AS included,
              (count(*) FILTER (WHERE overage))::int AS overage,
              (coalesce(sum(price_cents) FILTER (WHERE overage), 0))::int AS overage_cents
       FROM views.charge WHERE owner_id = $1 AND state = 'charged' AND updated_at >= $2 GROUP BY 1`,
      [ownerId, since],
    );
    const known = new Map(rows.map((row) => [row.day, row]));
    const items = Array.from({ length: days }, (_, n) => {
      const day = dayOf(since + n * DAY_MS);
      return known.get(day) ?? { day, included: 0, overage: 0, overage_cents: 0 };
    });
    return { items };
  }
}
