"""Those who charge cards for a seller."""
