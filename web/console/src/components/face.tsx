import { Avatar } from "@mantine/core";

/** The picture somebody has at LINE, or the first character of their name. */
export function Face({ name, picture, size = 32 }: { name: string; picture?: string | undefined; size?: number }) {
  return (
    <Avatar src={picture ?? null} size={size} radius="xl" color="indigo" alt="" aria-hidden imageProps={{ referrerPolicy: "no-referrer" }} data-data>
      {name ? [...name][0] : null}
    </Avatar>
  );
}
