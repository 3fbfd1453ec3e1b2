import { Button } from "@mantine/core";
import { Compass } from "lucide-react";
import { Link } from "react-router";
import { useWords } from "@/app/shell/words";
import { Blank } from "@/components/states";

export function NotFound() {
  const w = useWords();
  return (
    <Blank
      whole
      icon={Compass}
      title={w("notFound")}
      action={
        <Button component={Link} to="/" variant="default">
          {w("toHome")}
        </Button>
      }
    >
      {w("notFoundWhy")}
    </Blank>
  );
}
