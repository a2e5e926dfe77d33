import "./clock.js";
import "./hover.js";
import "./live.js";
