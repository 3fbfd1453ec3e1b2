import type { RouteObject } from "react-router";

/** Who the customers are: tags, what is worked out of their history, and where they stand. */
export const audience: RouteObject[] = [
  { path: "tags", lazy: async () => ({ Component: (await import("@/features/tags/tags-page")).TagsPage }) },
  { path: "lifecycle", lazy: async () => ({ Component: (await import("@/features/traits/lifecycle-page")).LifecyclePage }) },
  { path: "traits", lazy: async () => ({ Component: (await import("@/features/traits/traits-page")).TraitsPage }) },
];
