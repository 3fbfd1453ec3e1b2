import type { RouteObject } from "react-router";

/** The pages of the workspace itself. */
export const settings: RouteObject[] = [
  {
    path: "settings",
    lazy: async () => ({ Component: (await import("@/features/settings/workspace-page")).WorkspacePage }),
  },
  {
    path: "members",
    lazy: async () => ({ Component: (await import("@/features/settings/members-page")).MembersPage }),
  },
  { path: "keys", lazy: async () => ({ Component: (await import("@/features/settings/keys-page")).KeysPage }) },
  { path: "audit", lazy: async () => ({ Component: (await import("@/features/settings/audit-page")).AuditPage }) },
];

/** Where data come from, and what could not be used. */
export const sources: RouteObject[] = [
  { path: "sources", lazy: async () => ({ Component: (await import("@/features/sources/list-page")).SourcesPage }) },
  { path: "sources/:key", lazy: async () => ({ Component: (await import("@/features/sources/source-page")).SourcePage }) },
  { path: "imports", lazy: async () => ({ Component: (await import("@/features/imports/list-page")).ImportsPage }) },
  { path: "imports/new", lazy: async () => ({ Component: (await import("@/features/imports/wizard-page")).WizardPage }) },
  { path: "imports/:id", lazy: async () => ({ Component: (await import("@/features/imports/import-page")).ImportPage }) },
  { path: "destinations", lazy: async () => ({ Component: (await import("@/features/destinations/destinations-page")).DestinationsPage }) },
  { path: "quality", lazy: async () => ({ Component: (await import("@/features/sources/quality-page")).QualityPage }) },
];
