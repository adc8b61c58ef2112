curl -X POST https://apimodels.app/api/v1/images/generations \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"model": "gpt-image-2-beta",
"prompt": "Transform this product shot into a premium e-commerce poster style",
"image_url": "https://example.com/product.jpg",
"aspect_ratio": "4:3"
}'
