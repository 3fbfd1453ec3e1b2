/** A condition as it is written in JSON: docs/reference/conditions.md. Only what is read here is named. */
export interface Condition {
  all?: Condition[];
  any?: Condition[];
  not?: Condition;
  include?: Condition;
  exclude?: Condition;
  trait?: string;
  computed?: string;
  tag?: string;
  consent?: { purpose: string; channel: string };
  line_friend?: string;
  identified_by?: string;
  reachable?: { channel: string; account?: string; purpose?: string };
  sample?: { percent: number; seed: string };
  segment?: string;
  message?: { did: string; origin?: string };
  coupon?: { did: string; pool?: string };
  join_source?: string;
  event?: string;
  where?: Where;
  window?: Window;
  measure?: { fn: string; property?: string; otherwise_days?: number; many?: number };
  op?: string;
  value?: unknown;
  [other: string]: unknown;
}

export interface Where {
  property?: string;
  op?: string;
  value?: unknown;
  all?: Where[];
  any?: Where[];
  not?: Where;
  [other: string]: unknown;
}

export type Window = { last: string } | { from?: string; to?: string };
