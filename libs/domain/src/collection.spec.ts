import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collectable } from './collection.js';

describe('collecting what was superseded', () => {
  it.each<[string, Parameters<typeof collectable>[0], number[]]>([
    ['takes what is older than the one that took over', { served: 3, upTo: 3, found: [1, 2, 3] }, [1, 2]],
    [
      'leaves what a newer switch has not had its grace for',
      { served: 5, upTo: 3, found: [2, 3, 4, 5] },
      [2],
    ],
    ['never takes the served one, whatever the alarm says', { served: 2, upTo: 9, found: [1, 2, 3] }, [1]],
    ['names each once, oldest first', { served: 4, upTo: 4, found: [3, 1, 3] }, [1, 3]],
    ['has nothing to do for the first', { served: 1, upTo: 1, found: [1] }, []],
  ])('%s', (_title, superseded, expected) => expect(collectable(superseded)).toEqual(expected));

  it('never removes what is served, or what will be, however switches, alarms and late videos interleave', () => {
    const happening = fc.oneof(
      fc.constant({ kind: 'store' as const }),
      fc.constant({ kind: 'switch' as const }),
      fc.record({ kind: fc.constant('alarm' as const), of: fc.nat(40) }),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const objects = new Set<number>();
        const switches: number[] = [];
        let newest = 0;
        let served = 0;
        for (const one of happenings) {
          if (one.kind === 'store') objects.add(++newest);
          // As whatsLeft has it: oldest first, each in turn.
          if (one.kind === 'switch' && served < newest) switches.push(++served);
          if (one.kind === 'alarm' && switches.length > 0) {
            // Now and then an alarm names one that is not served yet.
            const upTo = (switches[one.of % switches.length] ?? 0) + (one.of % 3);
            for (const gone of collectable({ served, upTo, found: objects })) objects.delete(gone);
          }
          const needed = Array.from({ length: newest - served + 1 }, (_, i) => served + i);
          for (const number of needed.filter((n) => n > 0)) expect(objects.has(number)).toBe(true);
        }
      }),
    );
  });
});
