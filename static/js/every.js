// What every page of a member has.

import "./clock.js";
import "./live.js";
import "./news.js";
import "./palette.js";
