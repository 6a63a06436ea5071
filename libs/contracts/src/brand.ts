import { z } from 'zod';
import { Text } from './text.js';

const text = (max: number) => Text.max(max);
const color = text(64);

/** Brand context of a project (PRODUCT 2): what vision is told about whose picture it is. */
export const Brand = z.strictObject({
  brandName: text(120),
  colors: z
    .strictObject({ primary: color, secondary: color, accent: color, background: color, foreground: color })
    .partial()
    .optional(),
  fonts: z
    .strictObject({ heading: text(120), body: text(120) })
    .partial()
    .optional(),
  logoUrl: text(2048).optional(),
  messaging: z
    .strictObject({
      tone: text(200),
      targetAudience: text(200),
      valueProps: z.array(text(200)).max(20),
      ctas: z.array(text(200)).max(20),
    })
    .partial()
    .optional(),
  design: z
    .object({ vibe: text(200), borderRadius: text(64), colorScheme: text(64) })
    .partial()
    .catchall(text(200))
    .refine((design) => Object.keys(design).every((name) => Text.safeParse(name).success), {
      message: 'a name in it is not well-formed Unicode or contains a NUL character',
    })
    .optional(),
});
export type Brand = z.infer<typeof Brand>;
