//! Line and scatter charts: series of a figure -> Plotly, with the page's theme.
