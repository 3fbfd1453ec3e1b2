import { en } from "@/features/journeys/words-en";
import { ja } from "@/features/journeys/words-ja";
import { zh } from "@/features/journeys/words-zh";
import { defineWords } from "@/lib/words";

export const { useWords, useCodes } = defineWords(zh, ja, en);
