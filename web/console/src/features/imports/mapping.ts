/** What the columns of a file mean, as the form holds it: for each column one meaning; the server reads a document. */
export interface Meaning {
  /** identifier, trait, property, item, at, id, group, tags, consent, catalog fields; "" is left out. */
  role: Role;
  /** The name within its role: a namespace, a trait, a property; of consent, the version of the text people agreed to. */
  name: string;
  /** How it is written, as the server guessed it; kept as it is. */
  rest: Record<string, unknown>;
}
export const ROLES = ["", "identifier", "trait", "property", "item", "at", "id", "group", "tags", "consent"] as const;
export type Role = (typeof ROLES)[number];
export const KINDS = ["customers", "orders", "events"] as const;
export type Kind = (typeof KINDS)[number];

type Field = string | ({ column: string } & Record<string, unknown>);
interface Consent {
  column: string;
  notice_version: string;
  granted?: string[];
  [more: string]: unknown;
}

export interface Document {
  kind?: string;
  identifiers?: Record<string, Field>;
  traits?: Record<string, Field>;
  event?: { at?: Field; id?: Field; name?: unknown; group_by?: string; properties?: Record<string, Field>; items?: Record<string, Field> } | null;
  tags?: Field | null;
  consent?: Consent | null;
  at?: Field | null;
  [more: string]: unknown;
}

/** The meaning of each column in a mapping document. */
export function meaningsOf(document: Document): Record<string, Meaning> {
  const found: Record<string, Meaning> = {};
  const put = (field: Field | null | undefined, role: Role, name: string) => {
    if (!field) return;
    const { column, ...rest } = typeof field === "string" ? { column: field } : field;
    found[column] ??= { role, name, rest };
  };
  for (const [name, field] of Object.entries(document.identifiers ?? {})) put(field, "identifier", name);
  put(document.event?.id, "id", "");
  put(document.event?.at ?? document.at, "at", "");
  for (const [name, field] of Object.entries(document.traits ?? {})) put(field, "trait", name);
  for (const [name, field] of Object.entries(document.event?.properties ?? {})) put(field, "property", name);
  for (const [name, field] of Object.entries(document.event?.items ?? {})) put(field, "item", name);
  put(document.tags, "tags", "");
  if (document.consent) found[document.consent.column] ??= consentOf(document.consent);
  if (document.event?.group_by) put(document.event.group_by, "group", "");
  return found;
}

/** What the server guessed about consent. */
export function consentIn(document: Document): Consent | null {
  return document.consent ?? null;
}

/** How a column grants: what the server guessed, and the version of the text, which only a person can know. */
export function consentOf(consent: Consent): Meaning {
  const rest = Object.fromEntries(Object.entries(consent).filter(([name]) => name !== "column" && name !== "notice_version"));
  return { role: "consent", name: consent.notice_version, rest };
}

interface Wish {
  source: string;
  kind: Kind;
  event: string;
  meanings: Record<string, Meaning>;
  /** What the server guessed beside the columns: encoding, country. It is kept. */
  base: Document;
}

const NUMBERS = new Set(["total", "price", "quantity", "revenue", "value"]);

/** The mapping document for what the form says. */
export function documentOf({ source, kind, event, meanings, base }: Wish): Document {
  const of = (role: Role) => Object.entries(meanings).filter(([, one]) => one.role === role);
  const field = ([column, { name, rest }]: [string, Meaning]): Field => {
    const typed = NUMBERS.has(name) && !("type" in rest) ? { type: "number", ...rest } : rest;
    return Object.keys(typed).length ? { column, ...typed } : column;
  };
  const table = (role: Role) => Object.fromEntries(of(role).filter(([, { name }]) => name).map((one) => [one[1].name, field(one)]));
  const first = (role: Role): Field | undefined => {
    const [one] = of(role);
    return one ? field(one) : undefined;
  };
  const kept = Object.fromEntries(Object.entries(base).filter(([name]) => ["encoding", "sheet", "country"].includes(name) && base[name]));
  const group = of("group")[0]?.[0] ?? (base.event?.group_by && meanings[base.event.group_by]?.role === "id" ? base.event.group_by : "");
  const tags = first("tags");
  const at = first("at");
  const [agreed] = of("consent").map(([column, { name, rest }]) => ({ consent: { column, ...rest, notice_version: name } }));
  if (kind === "customers")
    return { ...kept, source, kind, identifiers: table("identifier"), traits: table("trait"), ...(tags ? { tags } : {}), ...(at ? { at } : {}), ...agreed };
  const id = first("id");
  const items = table("item");
  return {
    ...kept,
    source,
    kind,
    identifiers: table("identifier"),
    ...(of("trait").length ? { traits: table("trait") } : {}),
    event: {
      ...(kind === "events" && event ? { name: event } : {}),
      ...(at ? { at } : {}),
      ...(id ? { id } : {}),
      properties: table("property"),
      ...(Object.keys(items).length ? { items } : {}),
      ...(group ? { group_by: group } : {}),
    },
  };
}

/** What is still missing before a file can be tried: a code for each. */
export function lacks(kind: Kind, meanings: Record<string, Meaning>): string[] {
  const has = (role: Role) => Object.values(meanings).some((one) => one.role === role);
  const nameless = Object.values(meanings).some(({ role, name }) => ["identifier", "trait", "property", "item"].includes(role) && !name);
  return [
    ...(has("identifier") ? [] : ["identifier"]),
    ...(kind !== "customers" && !has("at") ? ["at"] : []),
    ...(nameless ? ["name"] : []),
    ...(Object.values(meanings).some(({ role, name }) => role === "consent" && name.trim() === "") ? ["notice"] : []),
  ];
}
