import type { RouteObject } from "react-router";

/** Journeys: as a list, from a template, as they are written, as they go. The canvas is fetched with the last two. */
export const journeys: RouteObject[] = [
  { path: "journeys", lazy: async () => ({ Component: (await import("@/features/journeys/list-page")).JourneysPage }) },
  {
    path: "journeys/templates",
    lazy: async () => ({ Component: (await import("@/features/journeys/gallery-page")).GalleryPage }),
  },
  ...["journeys/new", "journeys/:key/edit"].map((path) => ({
    path,
    lazy: async () => ({ Component: (await import("@/features/journeys/editor-page")).EditorPage }),
  })),
  {
    path: "journeys/:key",
    lazy: async () => ({ Component: (await import("@/features/journeys/journey-page")).JourneyPage }),
  },
];
