import type { Project } from '../api/types.js';
import { lines } from './text.js';

export type Brand = NonNullable<Project['brand']>;
export const COLORS = ['primary', 'secondary', 'accent', 'background', 'foreground'] as const;

/** The brand as it stands in the form: every field a text. */
export type BrandForm = Readonly<Record<BrandField, string>>;
export type BrandField =
  | 'brandName'
  | (typeof COLORS)[number]
  | 'heading'
  | 'body'
  | 'logoUrl'
  | 'tone'
  | 'targetAudience'
  | 'valueProps'
  | 'ctas'
  | 'vibe'
  | 'borderRadius'
  | 'colorScheme';

export function formOf(brand: Project['brand']): BrandForm {
  const { brandName = '', colors = {}, fonts = {}, logoUrl = '', messaging = {}, design = {} } = brand ?? {};
  const { primary = '', secondary = '', accent = '', background = '', foreground = '' } = colors;
  return {
    brandName,
    primary,
    secondary,
    accent,
    background,
    foreground,
    heading: fonts.heading ?? '',
    body: fonts.body ?? '',
    logoUrl,
    tone: messaging.tone ?? '',
    targetAudience: messaging.targetAudience ?? '',
    valueProps: (messaging.valueProps ?? []).join('\n'),
    ctas: (messaging.ctas ?? []).join('\n'),
    vibe: design.vibe ?? '',
    borderRadius: design.borderRadius ?? '',
    colorScheme: design.colorScheme ?? '',
  };
}

/** Of some texts those that say something; undefined when none does. */
function said<T extends Record<string, string | string[]>>(texts: T): Partial<T> | undefined {
  const kept = Object.entries(texts).filter(([, text]) => text.length > 0);
  return kept.length > 0 ? (Object.fromEntries(kept) as Partial<T>) : undefined;
}

/** @param before whose design members that the form does not show are kept */
export function brandOf(form: BrandForm, before: Project['brand']): Brand {
  const text = (field: BrandField) => form[field].trim();
  const colors = said(Object.fromEntries(COLORS.map((name) => [name, text(name)])));
  const fonts = said({ heading: text('heading'), body: text('body') });
  const messaging = said({
    tone: text('tone'),
    targetAudience: text('targetAudience'),
    valueProps: lines(form.valueProps),
    ctas: lines(form.ctas),
  });
  const { vibe: _v, borderRadius: _b, colorScheme: _c, ...others } = before?.design ?? {};
  const shown = { vibe: text('vibe'), borderRadius: text('borderRadius'), colorScheme: text('colorScheme') };
  const design = said({ ...(others as Record<string, string>), ...shown });
  return {
    brandName: text('brandName'),
    ...(colors && { colors }),
    ...(fonts && { fonts }),
    ...(text('logoUrl') && { logoUrl: text('logoUrl') }),
    ...(messaging && { messaging }),
    ...(design && { design }),
  } as Brand;
}
