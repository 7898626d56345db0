// Owns the start of the page.
import { render } from "preact";
import { App } from "./views/app";
import { onKeyDown } from "./views/keys";
import { startAnnouncer } from "./views/announcer";
import { startNavigation } from "./views/navigation";
import { boot } from "./views/state";
import { applyTheme } from "./views/theme";

applyTheme();
document.addEventListener("keydown", onKeyDown);
const root = document.querySelector("#app");
if (root) render(<App />, root);
boot();
startNavigation();
startAnnouncer();
