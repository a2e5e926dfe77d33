import "./hover.js";
import "./cards.js";
