import type { RouteObject } from "react-router";

/** Broadcasts, narrowcasts, and the library of messages: where they are written, sent and looked at. */
export const messages: RouteObject[] = [
  { path: "broadcasts", lazy: async () => ({ Component: (await import("@/features/broadcasts/list-page")).BroadcastsPage }) },
  {
    path: "broadcasts/edit/:key?",
    lazy: async () => ({ Component: (await import("@/features/broadcasts/composer-page")).ComposerPage }),
  },
  {
    path: "broadcasts/:key",
    lazy: async () => ({ Component: (await import("@/features/broadcasts/broadcast-page")).BroadcastPage }),
  },
  { path: "narrowcasts", lazy: async () => ({ Component: (await import("@/features/narrowcasts/list-page")).NarrowcastsPage }) },
  { path: "narrowcasts/new", lazy: async () => ({ Component: (await import("@/features/narrowcasts/form-page")).NarrowcastFormPage }) },
  { path: "narrowcasts/:key", lazy: async () => ({ Component: (await import("@/features/narrowcasts/page")).NarrowcastPage }) },
  { path: "messages", lazy: async () => ({ Component: (await import("@/features/messages/list-page")).MessagesPage }) },
  ...["messages/new", "messages/:key"].map((path) => ({
    path,
    lazy: async () => ({ Component: (await import("@/features/messages/composer-page")).ComposerPage }),
  })),
];
