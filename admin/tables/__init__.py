"""Lists of starlette-admin over our tables: they only read. What changes anything is a page under routes/."""
